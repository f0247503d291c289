import { fileURLToPath } from "node:url";
import { bindingContract } from "../../client/src/bindings/binding.contract.ts";
import { openChromiumPage } from "../../client/src/bindings/chromium-page.fixture.ts";

const entry = fileURLToPath(new URL("./page.fixture.ts", import.meta.url));

bindingContract("React in Chromium", () => openChromiumPage(entry), { measuresHeap: true });
