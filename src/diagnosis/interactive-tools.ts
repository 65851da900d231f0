/** A program in which people type queries. */
export interface InteractiveTool {
  /** As people call it. */
  readonly name: string;
  /** True when each session belongs to the one person who sits at it; a shared server has many users behind one role. */
  readonly ownDesk: boolean;
}

/**
 * How these programs set application_name unless told otherwise, from their documentation and source. Some append
 * versions, databases or script names after a space; `psql-export` is a service.
 */
const TOOLS: readonly (readonly [RegExp, InteractiveTool])[] = [
  ...(
    [
      [/^psql(?![\w-])/i, 'psql'],
      [/^pgcli(?![\w-])/i, 'pgcli'],
      [/^dbeaver(?![\w-])/i, 'DBeaver'],
      [/^pgadmin(?![\w-])/i, 'pgAdmin'],
      [
        /^(?:datagrip|intellij|pycharm|goland|rider|webstorm|phpstorm|rubymine)(?![\w-])/i,
        'a JetBrains tool',
      ],
      [/^tableplus(?![\w-])/i, 'TablePlus'],
      [/^postico(?![\w-])/i, 'Postico'],
      [/^heidisql(?![\w-])/i, 'HeidiSQL'],
      [/^navicat(?![\w-])/i, 'Navicat'],
      [/^beekeeper(?![\w-])/i, 'Beekeeper Studio'],
      [/^(?:azdata|vscode-pgsql|vscode)(?![\w-])/i, 'a Visual Studio tool'],
      [/^(?:sqlworkbench|sql workbench)(?![\w-])/i, 'SQL Workbench/J'],
      [/^dbvisualizer(?![\w-])/i, 'DbVisualizer'],
      [/^toad(?![\w-])/i, 'Toad'],
      [/^(?:rstudio|jupyter)(?![\w-])/i, 'a notebook'],
      [/^(?:mashup ?engine|microsoft.?power ?bi desktop)(?![\w-])/i, 'Power BI'],
    ] as const
  ).map(([pattern, name]) => [pattern, { name, ownDesk: true }] as const),
  ...(
    [
      [/^metabase(?![\w-])/i, 'Metabase'],
      [/^tableau(?![\w-])/i, 'Tableau'],
      [/^looker(?![\w-])/i, 'Looker'],
      [/^(?:apache )?superset(?![\w-])/i, 'Superset'],
      [/^redash(?![\w-])/i, 'Redash'],
      [/^power ?bi(?![\w-])/i, 'Power BI'],
      [/^grafana(?![\w-])/i, 'Grafana'],
      [/^(?:retool|thoughtspot|qlik\w*|microstrategy)(?![\w-])/i, 'a reporting tool'],
    ] as const
  ).map(([pattern, name]) => [pattern, { name, ownDesk: false }] as const),
];

/** The interactive program that an application_name gives itself out as, or null. */
export function interactiveTool(applicationName: string): InteractiveTool | null {
  return TOOLS.find(([pattern]) => pattern.test(applicationName))?.[1] ?? null;
}
