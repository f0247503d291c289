import type { Disconnect, Frame } from "../hub/index.ts";
import { type Pushed, Refusal } from "./door-ground.fixture.ts";

/** The half of a door's client that is the same in every dialect: numbered questions, answers and pushes. */
export abstract class AskingClient<Answer> {
  readonly #pushes: Pushed[] = [];
  readonly #answers = new Map<number, Answer>();
  /** Channels by the number of the question to subscribe, until it is answered. */
  readonly #subscribing = new Map<number, string>();
  readonly #known = new Set<string>();
  #lastId = 0;

  abstract readonly ended: Disconnect | undefined;
  abstract until(holds: () => boolean, what: string): Promise<void>;
  abstract send(frame: Frame): Promise<void>;
  /** Reads what has come since the last look. */
  protected abstract digest(): void;
  /** What an answer says that is none. */
  protected abstract refusalIn(answer: Answer): Refusal | undefined;

  get pushes(): readonly Pushed[] {
    this.digest();
    return this.#pushes;
  }

  /** `subscribing` is the channel that the client is in once the answer is no refusal. */
  protected async ask(what: string, write: (id: number) => Frame, subscribing?: string): Promise<Answer> {
    const id = ++this.#lastId;
    if (subscribing !== undefined) this.#subscribing.set(id, subscribing);
    await this.send(write(id));
    let answer: Answer | undefined;
    await this.until(() => {
      this.digest();
      answer = this.#answers.get(id);
      return answer !== undefined || this.ended !== undefined;
    }, `the answer to ${what}`);
    this.#answers.delete(id);
    if (answer === undefined) throw this.refusedByEnd();
    const refusal = this.refusalIn(answer);
    if (refusal) throw refusal;
    return answer;
  }

  protected refusedByEnd(): Refusal {
    return new Refusal(this.ended?.code ?? 0, this.ended?.reason ?? "");
  }

  protected answered(id: number, answer: Answer): void {
    this.#answers.set(id, answer);
    const channel = this.#subscribing.get(id);
    if (channel !== undefined && !this.refusalIn(answer)) this.#known.add(channel);
    this.#subscribing.delete(id);
  }

  /** What comes before the answer to a subscription is no part of it. */
  protected pushed(channel: string, pushes: readonly Pushed[]): void {
    if (this.#known.has(channel)) this.#pushes.push(...pushes);
  }
}
