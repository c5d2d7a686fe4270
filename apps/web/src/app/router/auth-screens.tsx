import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { AuthPage } from '../../features/session/components/auth-page.tsx';
import { RegisterForm } from '../../features/session/components/register-form.tsx';
import { SignInForm } from '../../features/session/components/sign-in-form.tsx';
import { strings } from '../../lib/strings/strings.ts';

const words = strings.session;

function useGoOn(next: string | undefined) {
  const navigate = useNavigate();
  return () => void navigate({ href: next ?? '/', replace: true });
}

export function SignInScreen() {
  const { next, ended } = useSearch({ from: '/sign-in' });
  const goOn = useGoOn(next);
  return (
    <AuthPage
      title={words.signInTitle}
      notice={ended ? words.ended : undefined}
      footer={<>{words.noAccount} <Link to="/register" search={next ? { next } : {}}>{words.toRegister}</Link></>}
    >
      <title>{`${words.signInTitle} · ${strings.product}`}</title>
      <SignInForm onSignedIn={goOn} />
    </AuthPage>
  );
}

export function RegisterScreen() {
  const { next } = useSearch({ from: '/register' });
  const goOn = useGoOn(next);
  return (
    <AuthPage title={words.registerTitle} footer={<>{words.haveAccount} <Link to="/sign-in" search={next ? { next } : {}}>{words.toSignIn}</Link></>}>
      <title>{`${words.registerTitle} · ${strings.product}`}</title>
      <RegisterForm onRegistered={goOn} />
    </AuthPage>
  );
}
