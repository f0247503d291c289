import { type FormEvent, type ReactElement, useState } from "react";
import { DEMO_PASSWORD, demoAccounts } from "../../src/infrastructure/accounts/demo-accounts.ts";
import { Brand } from "../components/Brand.tsx";
import { LanguageMenu } from "../components/LanguageMenu.tsx";
import { signIn } from "../stores/sessionStore.ts";
import { useText } from "../text/useText.ts";

export function LoginPage(): ReactElement {
  const { text } = useText();
  const [email, setEmail] = useState(demoAccounts[0]?.email ?? "");
  const [outcome, setOutcome] = useState<"wrong" | "unreachable">();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password"));
    const isRight = await signIn(email, password).catch(() => undefined);
    if (!isRight) setOutcome(isRight === undefined ? "unreachable" : "wrong");
  }

  return (
    <main className="alone">
      <div className="bar">
        <Brand />
        <LanguageMenu />
      </div>
      <form className="card" onSubmit={submit}>
        <h1>{text.login.title}</h1>
        <p className="muted">{text.login.hint}</p>
        <label>
          {text.login.email}
          <input
            name="email"
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        </label>
        <label>
          {text.login.password}
          <input
            name="password"
            type="password"
            autoComplete="current-password"
            required
            defaultValue={DEMO_PASSWORD}
          />
        </label>
        {outcome && (
          <p className="failure" role="alert">
            {text.login[outcome]}
          </p>
        )}
        <button type="submit" className="primary">
          {text.login.submit}
        </button>
      </form>
      <section className="accounts" aria-labelledby="accounts">
        <h2 id="accounts">{text.login.accounts}</h2>
        {demoAccounts.map((account) => (
          <button key={account.uid} type="button" onClick={() => setEmail(account.email)}>
            {account.name}
            <span>{account.role === "ADMIN" ? text.login.admin : text.login.seller}</span>
          </button>
        ))}
      </section>
    </main>
  );
}
