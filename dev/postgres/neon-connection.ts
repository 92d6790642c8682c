/** What clients of the local Neon endpoint connect with; it takes any credentials. */
export const LOCAL_CONNECTION_STRING = "postgresql://burgee:burgee@localhost/burgee";
