import { createReactDriver } from "./react-binding.fixture.ts";

Object.assign(globalThis, { driver: createReactDriver() });
