/** The configuration of Svelte. All components use runes; Svelte itself removes the types of TypeScript. */
export default { compilerOptions: { runes: true } };
