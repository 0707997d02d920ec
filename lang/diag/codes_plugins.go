package diag

// RC3xxx: plugins, their settings and secrets, reported by lang/check.
const (
	UnknownPlugin     Code = "RC3001"
	PluginUnavailable Code = "RC3002"
	UnknownSetting    Code = "RC3003"
	MissingSetting    Code = "RC3004"
	SettingType       Code = "RC3005"
	SettingValue      Code = "RC3006"
	OneSetting        Code = "RC3007"
	SecretPlace       Code = "RC3008"
	SecretFrom        Code = "RC3009"
	SQLParam          Code = "RC3010"
	SQLInterpolation  Code = "RC3011"
	BadSQL            Code = "RC3012"
	NoColumns         Code = "RC3013"
	NoPhysicalColumn  Code = "RC3014"
)

var pluginCodes = []Explanation{
	{
		Code:  UnknownPlugin,
		Title: `a source plugin that is not installed`,
		Why:   `After from stands the name of a plugin that reads data. recon plugin list shows those that are installed.`,
		Bad: `source a from cvs {
  path = "a.csv"
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string }
}
`,
	},
	{
		Code:  PluginUnavailable,
		Title: `a plugin that cannot be asked what it takes`,
		Why:   `The plugin was found and could not be started, or is another than the one that recon.lock pins. The message says which.`,
	},
	{
		Code:  UnknownSetting,
		Title: `a setting that the plugin does not have`,
		Why:   `Each plugin says which settings it takes. A misspelt one is an error and is never ignored.`,
		Bad: `source a from csv {
  path = "a.csv"
  delimeter = ";"
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  delimiter = ";"
  columns { id string }
}
`,
	},
	{
		Code:  MissingSetting,
		Title: `a setting that is missing`,
		Why:   `The plugin cannot read anything without it.`,
		Bad: `source a from csv {
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string }
}
`,
	},
	{
		Code:  SettingType,
		Title: `a setting of another type`,
		Why:   `Each setting has a type, and nothing is converted: 1 is no text, and "1" no number.`,
		Bad: `source a from csv {
  path = "a.csv"
  skip = "1"
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  skip = 1
  columns { id string }
}
`,
	},
	{
		Code:  SettingValue,
		Title: `a setting that has no such value`,
		Why:   `The setting takes only certain texts.`,
		Bad: `source a from csv {
  path = "a.csv"
  encoding = "gb2313"
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  encoding = "gb18030"
  columns { id string }
}
`,
	},
	{
		Code:  OneSetting,
		Title: `not exactly one of several settings`,
		Why:   `The settings say the same thing in different ways, so exactly one of them is given.`,
		Bad: `source a from sqlite {
  path = "a.db"
  table = "a"
  query = "select id from a"
  columns { id string }
}
`,
		Good: `source a from sqlite {
  path = "a.db"
  table = "a"
  columns { id string }
}
`,
	},
	{
		Code:  SecretPlace,
		Title: `a secret outside a setting that takes one`,
		Why:   `Secrets are never printed, logged or stored. That can be promised only if a secret goes whole into a setting that is known to be one, and nowhere else.`,
		Bad: `secret dsn = env("DSN")
let text = "dsn is ${secret.dsn}"
`,
		Good: `secret dsn = env("DSN")

source a from postgres {
  dsn = secret.dsn
  table = "a"
  columns { id string }
}
`,
	},
	{
		Code:  SecretFrom,
		Title: `a secret that comes from nowhere`,
		Why:   `A secret is read from the environment or from a file when a run starts. It never stands in a rule file.`,
		Bad: `secret dsn = "postgres://u:p@h/db"
`,
		Good: `secret dsn = env("ORDERS_DSN")
`,
	},
	{
		Code:  SQLParam,
		Title: `an unknown :name in a query`,
		Why:   `In a query :name binds a parameter or let of that name, or a bound of the window, :window_start and :window_end, as a value.`,
		Bad: `source a from sqlite {
  path = "a.db"
  query = "select id from a where d = :dt"
  columns { id string }
}
`,
		Good: `param date: date

source a from sqlite {
  path = "a.db"
  query = "select id from a where d = :date"
  columns { id string }
}
`,
	},
	{
		Code:  SQLInterpolation,
		Title: `${…} in a query`,
		Why:   `Text that is put into a query can change what the query does. A value is bound by :name, and never read as SQL.`,
		Bad: `param date: date

source a from sqlite {
  path = "a.db"
  query = "select id from a where d = ${date}"
  columns { id string }
}
`,
		Good: `param date: date

source a from sqlite {
  path = "a.db"
  query = "select id from a where d = :date"
  columns { id string }
}
`,
	},
	{
		Code:  BadSQL,
		Title: `a query that cannot be read safely`,
		Why:   `To find the :name parameters recon must know where texts and comments end, and databases differ over a backslash before a quote.`,
		Bad: `source a from sqlite {
  path = "a.db"
  query = """
    select id from a where n = 'it
    """
  columns { id string }
}
`,
		Good: `source a from sqlite {
  path = "a.db"
  query = """
    select id from a where n = 'it'
    """
  columns { id string }
}
`,
	},
	{
		Code:  NoColumns,
		Title: `a source whose columns are not known`,
		Why:   `A source declares its columns, or its shape is pinned in recon.lock by recon schema pull. A check never connects to a data source to find out.`,
		Bad: `source a from csv {
  path = "a.csv"
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string }
}
`,
	},
	{
		Code:  NoPhysicalColumn,
		Title: `a column that the data set does not have`,
		Why:   `recon.lock pins the shape of the data set, and it has no such column. If the data set has changed, run recon schema pull.`,
	},
}
