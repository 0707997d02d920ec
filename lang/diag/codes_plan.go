package diag

// RC5xxx: what cannot be run, reported by lang/check.
const (
	NotYet Code = "RC5001"
)

var planCodes = []Explanation{
	{
		Code:  NotYet,
		Title: `something that this version cannot run yet`,
		Why:   `The language has it, and this version of recon reads and formats it. It cannot run it yet, and says so rather than leave it out.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

template shared(folder: string) {
  path = "a.csv"
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}
`,
	},
}
