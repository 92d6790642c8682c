/** The parts of the package's own package.json that commands read. */
export interface PackageJson {
  version: string;
  devDependencies: Record<string, string>;
}
