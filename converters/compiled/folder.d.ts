export const root: string;
export const SOURCES: readonly string[];
export const PACKAGES: readonly string[];
export function cacheRoot(env?: NodeJS.ProcessEnv): string;
export const LIST: string;
export function isWhole(folder: string): Promise<boolean>;
export function compiledFolder(): Promise<{ readonly folder: string; readonly exists: boolean }>;
