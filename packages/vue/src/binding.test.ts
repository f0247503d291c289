import { bindingContract } from "../../client/src/bindings/binding.contract.ts";
import { openLocalPage } from "../../client/src/bindings/local-page.fixture.ts";

bindingContract("Vue", async () => openLocalPage((await import("./vue-binding.fixture.ts")).createVueDriver()));
