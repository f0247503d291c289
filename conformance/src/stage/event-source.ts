type Listener = ((event: { readonly data?: string }) => void) | null;

/** What browsers have as `EventSource`, as far as the official client needs it; Node.js keeps its own behind a flag. */
export class FetchedEvents {
  onopen: Listener = null;
  onerror: Listener = null;
  onmessage: Listener = null;
  readonly #abort = new AbortController();

  constructor(url: string) {
    this.#read(url).then(
      () => this.#fail(),
      () => this.#fail(),
    );
  }

  close(): void {
    this.onerror = null;
    this.#abort.abort();
  }

  async #read(url: string): Promise<void> {
    const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal: this.#abort.signal });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    this.onopen?.({});
    let text = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (text + chunk).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = event.split(/\r?\n/).flatMap((line) => (line.startsWith("data: ") ? [line.slice(6)] : []));
        if (data.length > 0) this.onmessage?.({ data: data.join("\n") });
      }
    }
  }

  #fail(): void {
    this.onerror?.({});
  }
}
