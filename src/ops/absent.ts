/** An empty module that replaces optional packages which must stay out of the bundle (dev/bundle.ts). */
export {};
