/** Style sheets are bundled by their importer. */
declare module "*.css"
