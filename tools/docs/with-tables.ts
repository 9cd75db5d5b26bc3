/** Makers of tables, by name. */
export type Tables = Readonly<Record<string, () => string>>;

/** A page with its tables made anew, each between `<!-- table: name -->` and `<!-- end -->`. */
export function withTables(page: string, tables: Tables): string {
  return page.replaceAll(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open: string, name: string, close: string) => {
      const make = tables[name];
      if (!make) throw new Error(`the page asks for the table ${name}, and there is none`);
      return `${open}${make()}\n${close}`;
    },
  );
}
