/** Randomness as an argument: a number from 0 to below 1. */
export type Chance = () => number;

export const systemChance: Chance = () => Math.random();
