/**
 * Regular expressions from strangers, matched in time proportional to the text: all ways through the expression are
 * walked side by side, so no expression can make it try the same text again and again. Understands what Go and
 * JavaScript have in common, without flags, look-around and back references.
 */
export interface LinearRegex {
  /** Whether the whole text fits. */
  test(text: string): boolean;
}

/** The message says what is not understood. */
export class RegexError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RegexError";
  }
}

/** Steps that an expression may be long once its repetitions are written out. */
const MAX_STEPS = 256;
const MAX_LENGTH = 256;

type Accepts = (code: number) => boolean;

/** Jumps are relative, so that a piece may be repeated as it is. */
type Step =
  | { readonly kind: "take"; readonly accepts: Accepts }
  | { readonly kind: "go"; readonly by: readonly number[] }
  | { readonly kind: "start" | "end" };

type Piece = readonly Step[];

/** Throws `RegexError`. */
export function createLinearRegex(source: string): LinearRegex {
  if (source.length > MAX_LENGTH) throw new RegexError(`longer than ${MAX_LENGTH} characters`);
  const program = new Parser(source).parse();
  return { test: (text) => run(program, text) };
}

/** Where all ways through the program stand after some characters. */
class Front {
  readonly #program: Piece;
  /** In which round a step was reached last: nothing has to be cleared between characters. */
  readonly #reachedIn: Uint32Array;
  #round = 0;
  #places: number[] = [];

  constructor(program: Piece) {
    this.#program = program;
    this.#reachedIn = new Uint32Array(program.length + 1);
  }

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  get fits(): boolean {
    return this.#places.includes(this.#program.length);
  }

  /** One character further, or to the beginning without one. */
  advance(code: number | undefined, edge: { readonly isStart: boolean; readonly isEnd: boolean }): void {
    this.#round++;
    const before = this.#places;
    this.#places = [];
    if (code === undefined) {
      this.#reach(0, edge);
      return;
    }
    for (const at of before) {
      const step = this.#program[at];
      if (step?.kind === "take" && step.accepts(code)) this.#reach(at + 1, edge);
    }
  }

  #reach(from: number, edge: { readonly isStart: boolean; readonly isEnd: boolean }): void {
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#reachedIn[at] === this.#round) continue;
      this.#reachedIn[at] = this.#round;
      const step = this.#program[at];
      if (step === undefined || step.kind === "take") this.#places.push(at);
      else if (step.kind === "go") for (const by of step.by) open.push(at + by);
      else if (step.kind === "start" ? edge.isStart : edge.isEnd) open.push(at + 1);
    }
  }
}

function run(program: Piece, text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const front = new Front(program);
  front.advance(undefined, { isStart: true, isEnd: codes.length === 0 });
  for (const [index, code] of codes.entries()) {
    front.advance(code, { isStart: false, isEnd: index === codes.length - 1 });
    if (front.isEmpty) return false;
  }
  return front.fits;
}

const inRange = (from: string, to: string): Accepts => {
  const [low, high] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  return (code) => code >= low && code <= high;
};
const any =
  (accepted: readonly Accepts[]): Accepts =>
  (code) =>
    accepted.some((accepts) => accepts(code));
const not =
  (accepts: Accepts): Accepts =>
  (code) =>
    !accepts(code);
const one = (character: string): Accepts => inRange(character, character);

const digit = inRange("0", "9");
const word = any([digit, inRange("a", "z"), inRange("A", "Z"), one("_")]);
const space = any(["\t", "\n", "\f", "\r", " "].map(one));
const classes: Readonly<Record<string, Accepts>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
};
const controls: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", v: "\v" };
const COUNT = /^\{(\d{1,4})(,(\d{1,4})?)?\}/;
const GROUP = /^\((?:\?(?:P?<[A-Za-z_]\w*>|:))?/;

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Piece {
    const piece = this.#alternatives();
    if (this.#at < this.#source.length) throw new RegexError('a ")" without a "("');
    return piece;
  }

  get #next(): string {
    return String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
  }

  #take(): string {
    if (this.#at >= this.#source.length) throw new RegexError("ends too early");
    const character = this.#next;
    this.#at += character.length;
    return character;
  }

  #skip(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #alternatives(): Piece {
    let piece = this.#sequence();
    while (this.#skip("|")) {
      const other = this.#sequence();
      piece = bounded([go(1, piece.length + 2), ...piece, go(other.length + 1), ...other]);
    }
    return piece;
  }

  #sequence(): Piece {
    const pieces: Step[] = [];
    while (this.#at < this.#source.length && this.#next !== "|" && this.#next !== ")") {
      pieces.push(...this.#repeated(this.#atom()));
      bounded(pieces);
    }
    return pieces;
  }

  #atom(): Piece {
    const group = GROUP.exec(this.#source.slice(this.#at));
    if (group) {
      this.#at += group[0].length;
      if (this.#next === "?") throw new RegexError("look-around and flags are not understood");
      const piece = this.#alternatives();
      if (!this.#skip(")")) throw new RegexError('a "(" without a ")"');
      return piece;
    }
    const character = this.#take();
    switch (character) {
      case "^":
        return [{ kind: "start" }];
      case "$":
        return [{ kind: "end" }];
      case ".":
        return [{ kind: "take", accepts: not(one("\n")) }];
      case "[":
        return [{ kind: "take", accepts: this.#set() }];
      case "\\":
        return [this.#escaped()];
      case "*":
      case "+":
      case "?":
        throw new RegexError(`nothing for "${character}" to repeat`);
    }
    return [{ kind: "take", accepts: one(character) }];
  }

  #escaped(): Step {
    const character = this.#take();
    if (character === "A") return { kind: "start" };
    if (character === "z") return { kind: "end" };
    return { kind: "take", accepts: classes[character] ?? one(literal(character)) };
  }

  #set(): Accepts {
    const negated = this.#skip("^");
    const accepted: Accepts[] = [];
    while (accepted.length === 0 || this.#next !== "]") {
      if (this.#source.startsWith("[:", this.#at)) throw new RegexError("classes such as [:alpha:] are not understood");
      const from = this.#take();
      const shorthand = from === "\\" ? classes[this.#next] : undefined;
      if (shorthand) {
        this.#take();
        accepted.push(shorthand);
        continue;
      }
      const low = from === "\\" ? literal(this.#take()) : from;
      const isRange = this.#next === "-" && this.#source[this.#at + 1] !== "]";
      if (!isRange) {
        accepted.push(one(low));
        continue;
      }
      this.#take();
      const to = this.#take();
      const high = to === "\\" ? literal(this.#take()) : to;
      if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) throw new RegexError(`${low}-${high} is no range`);
      accepted.push(inRange(low, high));
    }
    this.#take();
    return negated ? not(any(accepted)) : any(accepted);
  }

  #repeated(piece: Piece): Piece {
    const [least, most] = this.#count();
    if (least === 1 && most === 1) return piece;
    // Whether a repetition prefers less makes no difference to what fits.
    this.#skip("?");
    if (COUNT.test(this.#source.slice(this.#at)) || (this.#at < this.#source.length && "*+".includes(this.#next))) {
      throw new RegexError("a repetition of a repetition");
    }
    const copies = most === Number.POSITIVE_INFINITY ? least + 1 : most;
    if (copies * piece.length > MAX_STEPS) throw tooLong();
    const required = Array.from({ length: least }, () => piece);
    if (most === Number.POSITIVE_INFINITY) {
      return bounded([...required.flat(), go(1, piece.length + 2), ...piece, go(-piece.length - 1)]);
    }
    const optional = Array.from({ length: most - least }, () => [go(1, piece.length + 1), ...piece]);
    return bounded([...required.flat(), ...optional.flat()]);
  }

  #count(): readonly [least: number, most: number] {
    if (this.#skip("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#skip("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#skip("?")) return [0, 1];
    const count = COUNT.exec(this.#source.slice(this.#at));
    if (!count) return [1, 1];
    this.#at += count[0].length;
    const least = Number(count[1]);
    const most = count[2] === undefined ? least : count[3] === undefined ? Number.POSITIVE_INFINITY : Number(count[3]);
    if (most < least) throw new RegexError(`${count[0]} ends before it begins`);
    return [least, most];
  }
}

const go = (...by: readonly number[]): Step => ({ kind: "go", by });

const tooLong = (): RegexError => new RegexError(`longer than ${MAX_STEPS} steps with its repetitions written out`);

function bounded(piece: Piece): Piece {
  if (piece.length > MAX_STEPS) throw tooLong();
  return piece;
}

/** An escaped character that stands for itself; letters and digits that have another meaning somewhere are refused. */
function literal(character: string): string {
  const control = controls[character];
  if (control !== undefined) return control;
  if (/[A-Za-z0-9]/.test(character)) throw new RegexError(`\\${character} is not understood`);
  return character;
}
