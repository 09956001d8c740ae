export const HISTORIES = new URL('./histories/', import.meta.url);
