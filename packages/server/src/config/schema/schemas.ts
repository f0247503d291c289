/** What publications have to be, as JSON Schema. */

export const publicationSchema = {
  name: {
    type: "string",
    default: "",
    pattern: "^[A-Za-z0-9_.-]{1,64}$",
    expected: "a name: 1 to 64 of A-Z a-z 0-9 _ . -",
    about: "What refusals call it.",
  },
  version: { type: "int", default: 1, min: 1, about: "What refusals call its version." },
  channels: {
    type: "strings",
    default: [],
    about: "Channel names that it counts for, where * stands for anything: tenant:*:billing.",
  },
  file: { type: "string", default: "", about: "File with the JSON Schema." },
  schema: { type: "json", default: {}, about: "The JSON Schema itself, in place of a file." },
} as const;
