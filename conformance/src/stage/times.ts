/** The moment so many seconds from now, as tokens write it. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** For what must still hold, or be over, after a time: nothing announces it. */
export const passing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
