import { type Deployment, withEvent } from "#shared/deployments.ts";

/** The tenant's deployments, newest first, kept up to date by `followDeployments`. */
export const useDeployments = () => useState<readonly Deployment[]>("deployments", () => []);

/**
 * Called once, by the layout. The server renders the deployments and says up to which position of the channel they
 * reach; the browser goes on from there, so nothing falls between the two.
 */
export const followDeployments = async () => {
  const { user } = useAuth();
  const client = useAltavoz();
  const request = useRequestFetch();
  const deployments = useDeployments();
  const position = useState("deployments-position", () => ({ offset: 0, epoch: "" }));

  const load = async () => {
    const told = await request("/api/deployments");
    deployments.value = told.deployments;
    position.value = told.position;
  };

  onMounted(() => {
    const channel = client.channel(`tenant:${user.value.tenantId}:deployments`, { since: position.value });
    let turn = Promise.resolve();
    const inTurn = (task: () => void | Promise<void>) => {
      turn = turn.then(task);
    };
    const unlisten = channel.onEvent((event, { offset = 0 }) =>
      inTurn(() => {
        if (offset > position.value.offset) deployments.value = withEvent(deployments.value, event);
      }),
    );
    // Away for longer than the hub's history reaches: what is missing is known only where the state is.
    let returns = 0;
    const unwatch = channel.subscribe(() => {
      const { count = 0, outcome } = channel.get().recovery ?? {};
      if (count > returns && outcome === "gap") inTurn(load);
      returns = count;
    });

    onUnmounted(() => {
      unlisten();
      unwatch();
    });
  });
  // Last, because Vue forgets at an `await` whose lifecycle is meant.
  await callOnce("deployments", load);
};
