export const scaffold = true;
