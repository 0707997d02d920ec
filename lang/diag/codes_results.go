package diag

// RC60xx: what tests of rules find, reported by engine/ruletest.
const (
	ExpectFailed Code = "RC6001"
	NotExpected  Code = "RC6002"
	TestTrouble  Code = "RC6003"
	MutantLives  Code = "RC6004"
)

const resultsHead = `source orders from csv {
  path = "orders.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source bill from csv {
  path = "bill.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

rule daily between orders, bill {
  key id
  compare amount within 0.01
}

test "a cent is no difference" for daily {
  given orders {
    | id | amount |
    | A1 | 10.00  |
  }
`

var resultCodes = []Explanation{
	{
		Code:  ExpectFailed,
		Title: `an expectation of a test is not met`,
		Why:   `The test ran the rule over its tables and found another number of keys, or other keys, than it expects. Either the rule is wrong, or the test is. The rows with a minus were expected and not found, those with a plus were found and not expected. If what was found is right, recon test --update writes it into the file.`,
		Bad: resultsHead + `  given bill {
    | id | amount |
    | A1 | 10.02  |
  }
  expect mismatch amount 0
  expect mismatch 1
}
`,
		Good: resultsHead + `  given bill {
    | id | amount |
    | A1 | 10.01  |
  }
  expect matched 1
}
`,
	},
	{
		Code:  NotExpected,
		Title: `a run of a test had an outcome that nobody expected`,
		Why:   `Every outcome that a run of a test produces, other than matched, must be expected, so that a test cannot pass while its rule reports differences that nobody thought of.`,
		Bad: resultsHead + `  given bill {
    | id | amount |
    | A1 | 10.01  |
    | A2 | 5.00   |
  }
  expect matched 1
}
`,
		Good: resultsHead + `  given bill {
    | id | amount |
    | A1 | 10.01  |
    | A2 | 5.00   |
  }
  expect matched 1
  expect missing orders {
    | id |
    | A2 |
  }
}
`,
	},
	{
		Code:  TestTrouble,
		Title: `a run of a test is in trouble`,
		Why:   `The rule could not be run over the tables: a value does not fit, a file that a table comes from cannot be read, a window starts after the run's instant. The expectations of such a run were not looked at.`,
		Bad: resultsHead + `  given bill from "no_such_table.csv"
  expect matched 1
}
`,
		Good: resultsHead + `  given bill {
    | id | amount |
    | A1 | 10.01  |
  }
  expect matched 1
}
`,
	},
	{
		Code:  MutantLives,
		Title: `a change of a rule that no test notices`,
		Why:   `recon test --mutate changes each operator, tolerance and condition of a rule, one at a time, and runs its tests again. A change with which all of them still pass could be made by mistake, and nobody would see it. Add a test whose outcome depends on the place: for a tolerance, one pair just inside of it and one just outside.`,
	},
}
