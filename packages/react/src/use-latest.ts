import { type RefObject, useEffect, useRef } from "react";

/** What a callback finds that is called long after the rendering it came with. */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
