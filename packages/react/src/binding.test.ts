import { bindingContract } from "../../client/src/bindings/binding.contract.ts";
import { openLocalPage } from "../../client/src/bindings/local-page.fixture.ts";

bindingContract("React", async () => openLocalPage((await import("./react-binding.fixture.ts")).createReactDriver()));
