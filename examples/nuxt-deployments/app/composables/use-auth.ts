import { type User, userOf } from "#shared/user.ts";

/** Who is signed in, as the server's session knows it. */
export const useAuth = () => {
  const event = useRequestEvent();
  const user = useState<User>("user", () => userOf(event ?? { context: {} }));
  return { user };
};
