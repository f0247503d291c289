export const a: string = "events";
