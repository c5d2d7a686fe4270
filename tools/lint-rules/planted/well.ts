// breaks: nothing
export async function read(load: () => Promise<string>): Promise<string> {
  try {
    return await load();
  } catch {
    return 'nothing';
  }
}
