import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import type { Documents } from './bundle.ts';
import { header } from './text.ts';

/** The types of both documents, made in one go so that a schema they share is one type. */
export async function renderSchema({ openapi, asyncapi }: Documents): Promise<string> {
  const merged = {
    ...openapi,
    components: { ...openapi.components, schemas: { ...asyncapi.components.schemas, ...openapi.components.schemas } },
  };
  const nodes = await openapiTS(JSON.stringify(merged), {
    alphabetize: true,
    transform(schema) {
      const known = (schema as { 'x-known-values'?: string[] })['x-known-values'];
      return known ? openUnion(known) : undefined;
    },
  });
  return `${header}\n${astToString(nodes)}`;
}

/** `'a' | 'b' | (string & {})`: the known values complete in an editor, and others are allowed. */
function openUnion(known: string[]): ts.TypeNode {
  const { factory } = ts;
  const anyString = factory.createParenthesizedType(
    factory.createIntersectionTypeNode([
      factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
      factory.createTypeLiteralNode([]),
    ]),
  );
  const literals = known.map((value) => factory.createLiteralTypeNode(factory.createStringLiteral(value)));
  return factory.createUnionTypeNode([...literals, anyString]);
}
