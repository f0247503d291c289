import type { ReactElement } from "react";
import { type Language, languages, speak, useText } from "../text/useText.ts";

export function LanguageMenu(): ReactElement {
  const { language, text } = useText();
  return (
    <select
      className="language"
      aria-label={text.language}
      value={language}
      onChange={({ target }) => speak(target.value as Language)}
    >
      {Object.entries(languages).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
