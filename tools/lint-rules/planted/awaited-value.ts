// breaks: typescript(await-thenable)
export async function count(items: readonly string[]): Promise<number> {
  const length = await items.length;
  return length;
}
