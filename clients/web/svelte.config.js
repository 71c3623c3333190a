/** Svelte reads the types of TypeScript itself; runes everywhere. */
export default { compilerOptions: { runes: true } };
