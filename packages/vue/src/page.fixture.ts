import { createVueDriver } from "./vue-binding.fixture.ts";

Object.assign(globalThis, { driver: createVueDriver() });
