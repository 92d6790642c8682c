/** The connection string for the local Neon endpoint, which accepts any credentials. */
export const LOCAL_CONNECTION_STRING = "postgresql://burgee:burgee@localhost/burgee";
