import { getCurrentInstance, getCurrentScope, onMounted } from "vue";
import { useContext } from "./altavoz.ts";

/**
 * Runs tasks while there is somebody for whom: in a component once it is mounted, elsewhere at once, on a server never.
 * What a task watches and registers ends with the scope that the composable was called in.
 */
export function useLifetime(): (task: () => void) => void {
  const { isServer = typeof document === "undefined" } = useContext();
  const scope = getCurrentScope();
  const instance = getCurrentInstance();
  const start = (task: () => void): void => {
    if (!scope) task();
    else if (scope.active) scope.run(task);
  };
  if (isServer) return () => {};
  if (!instance || instance.isMounted) return start;
  const waiting: (() => void)[] = [];
  onMounted(() => {
    for (const task of waiting.splice(0)) start(task);
  });
  return (task) => {
    if (instance.isMounted) start(task);
    else waiting.push(task);
  };
}
