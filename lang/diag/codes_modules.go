package diag

// RC23xx: imports, templates and names that moved, reported by lang/check and, of files that cannot be read, by lang.
const (
	ImportUnread     Code = "RC2301"
	ImportCircle     Code = "RC2302"
	UnknownModule    Code = "RC2303"
	PrivateName      Code = "RC2304"
	UnknownRule      Code = "RC2305"
	ImportName       Code = "RC2306"
	ParamTypes       Code = "RC2307"
	ParamDefault     Code = "RC2308"
	UnknownTemplate  Code = "RC2309"
	TemplateArgument Code = "RC2310"
	TemplateCircle   Code = "RC2311"
	TemplateConflict Code = "RC2312"
	TemplatePlace    Code = "RC2313"
	MovedFrom        Code = "RC2315"
	MovedTwice       Code = "RC2316"
)

var moduleCodes = []Explanation{
	{
		Code:  ImportUnread,
		Title: `an import of a file that cannot be read`,
		Why:   `The path of an import counts from the folder of the file that imports it, with / between folders on every system. An absolute path would work on one machine only.`,
		Bad: `import "sourcs.recon" as src
`,
		Good: `import "sources.recon" as src
`,
	},
	{
		Code:  ImportCircle,
		Title: `files that import each other in a circle`,
		Why:   `Names are looked up in a file after its imports have been read, so no file comes before itself, by whatever way. What two files share belongs in a third, which both import.`,
		Bad: `import "page.recon"
`,
		Good: `import "sources.recon"
`,
	},
	{
		Code:  UnknownModule,
		Title: `a name of a module that is not imported`,
		Why:   `What another file declares is written module.name. The module is named by the import: by its as, or by the file's name without .recon.`,
		Bad: `import "sources.recon" as src

rule r over source.rates {
  unique mch_id
}
`,
		Good: `import "sources.recon" as src

rule r over src.rates {
  unique mch_id
}
`,
	},
	{
		Code:  PrivateName,
		Title: `a private name of another file`,
		Why:   `A name that starts with _ is for its own file, so that it can be changed without a look at others.`,
		Bad: `import "sources.recon" as src

rule r over src._drafts {
  unique id
}
`,
		Good: `import "sources.recon" as src

rule r over src.rates {
  unique mch_id
}
`,
	},
	{
		Code:  UnknownRule,
		Title: `a rule that does not exist`,
		Why:   `A test names the rule that it tests, and moved the rule that has the state now, in this file or, as module.name, in one that it imports.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule accounts over a {
  unique id
}

moved customers to acounts
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule accounts over a {
  unique id
}

moved customers to accounts
`,
	},
	{
		Code:  ImportName,
		Title: `an import that needs a name`,
		Why:   `Without as a module has the name of its file without .recon, and that must be a name: letters, digits and _.`,
		Bad: `import "daily-sources.recon"
`,
		Good: `import "daily-sources.recon" as daily
`,
	},
	{
		Code:  ParamTypes,
		Title: `a parameter that has another type in another file`,
		Why:   `--param sets every parameter of that name in the rule's file and in all that it imports, so one text must fit them all.`,
		Bad: `import "sources.recon" as src

param day: string = "2026-11-20"
`,
		Good: `import "sources.recon" as src

param day: date = 2026-11-20
`,
	},
	{
		Code:  ParamDefault,
		Title: `a parameter with two defaults`,
		Why:   `Where the files that a rule reads from give a parameter different defaults, neither is taken in silence. The default in the rule's own file decides.`,
		Bad: `import "sources.recon" as src
import "other.recon"

rule r between src.orders, other.bill {
  key order_no
  compare amount
}
`,
		Good: `import "sources.recon" as src
import "other.recon"

param day: date = 2026-11-20

rule r between src.orders, other.bill {
  key order_no
  compare amount
}
`,
	},
	{
		Code:  UnknownTemplate,
		Title: `a template that does not exist`,
		Why:   `After use stands the name of a template of this file, or module.name of one that it imports.`,
		Bad: `source a from csv {
  use shrad(n = 1)
}

template shard(n: integer) {
  path = "a-${n}.csv"
  columns {
    id  string
  }
}
`,
		Good: `source a from csv {
  use shard(n = 1)
}

template shard(n: integer) {
  path = "a-${n}.csv"
  columns {
    id  string
  }
}
`,
	},
	{
		Code:  TemplateArgument,
		Title: `a template that is not given what it takes`,
		Why:   `A template is given each of its parameters by name. Those that have a default may be left out.`,
		Bad: `source a from csv {
  use shard(m = 1)
}

template shard(n: integer) {
  path = "a-${n}.csv"
  columns {
    id  string
  }
}
`,
		Good: `source a from csv {
  use shard(n = 1)
}

template shard(n: integer) {
  path = "a-${n}.csv"
  columns {
    id  string
  }
}
`,
	},
	{
		Code:  TemplateCircle,
		Title: `templates that use each other in a circle`,
		Why:   `A template stands for its statements, and one that stands for itself stands for nothing.`,
		Bad: `template shard(n: integer) {
  path = "a-${n}.csv"
  use shard(n = n)
}
`,
		Good: `template shard(n: integer) {
  path = "a-${n}.csv"
}
`,
	},
	{
		Code:  TemplateConflict,
		Title: `two templates that set the same thing`,
		Why:   `A statement that the block writes itself replaces that of a template. Between two templates nothing says which is meant, and the order of lines is no reason.`,
		Bad: `template shard() {
  path = "a.csv"
  columns {
    id  string
  }
}

template old() {
  path = "old/a.csv"
}

source a from csv {
  use shard()
  use old()
}
`,
		Good: `template shard() {
  path = "a.csv"
  columns {
    id  string
  }
}

template old() {
  path = "old/a.csv"
}

source a from csv {
  use shard()
  use old()
  path = "new/a.csv"
}
`,
	},
	{
		Code:  TemplatePlace,
		Title: `a template with a statement that does not fit its place`,
		Why:   `A template is used where all its statements could stand: one that fails a run does not fit a source.`,
		Bad: `template settled() {
  fail when missing.count > 0
}

source a from csv {
  path = "a.csv"
  use settled()
  columns {
    id  string
  }
}
`,
		Good: `template settled() {
  fail when breach.count > 0
}

source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule r over a {
  unique id
  use settled()
}
`,
	},
	{
		Code:  MovedFrom,
		Title: `moved from a name that is not an old one`,
		Why:   `moved says that a rule had another name, so that its open breaks, history and acceptances follow. As long as the old rule is declared the state belongs to it.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule customers over a {
  unique id
}

rule accounts over a {
  unique id
}

moved customers to accounts
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule accounts over a {
  unique id
}

moved customers to accounts
`,
	},
	{
		Code:  MovedTwice,
		Title: `a name that moved twice`,
		Why:   `The state of a rule follows one new name. A rule that is renamed again gets a second line, which moves the newer name on: moved a to b, and moved b to c.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule accounts over a {
  unique id
}

rule holders over a {
  unique id
}

moved customers to accounts
moved customers to holders
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule accounts over a {
  unique id
}

moved customers to holders
moved holders to accounts
`,
	},
}
