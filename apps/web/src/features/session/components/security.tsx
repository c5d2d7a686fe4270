import { ChangePassword } from './change-password.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** Who can get into this account, and from where somebody is in it. */
export function Security() {
  return (
    <>
      <Sessions />
      <ChangePassword />
      <SecondFactor />
    </>
  );
}
