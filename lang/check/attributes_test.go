package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/syntax"
)

// Each attribute of the table is taken by the blocks that it names, in the form that it shows.
func TestAttributesAreTaken(t *testing.T) {
	for _, a := range syntax.Attributes {
		for _, k := range a.In {
			at := map[syntax.BlockKind]string{}
			at[k] = a.Form + "\n"
			window := at[syntax.WindowBlock]
			if !strings.HasPrefix(window, "period") {
				window = "period = day(date)\n" + window
			}
			if a.Name == "slack" {
				window += "carry = 7d\n"
			}
			schedule := at[syntax.ScheduleBlock]
			if a.Name != "cron" {
				schedule += "cron = \"0 3 * * *\"\n"
			}
			trigger := at[syntax.TriggerBlock]
			switch a.Name {
			case "retry":
				trigger += "every = 1s\n"
			case "every":
				trigger += "retry = 1\n"
			}
			bank := at[syntax.SourceBlock]
			if !strings.HasPrefix(bank, "time") {
				bank += "time = paid_at\n"
			}
			text := fmt.Sprintf(`recon 1

param date: date
secret dsn = env("DSN")

source orders from mysql {
  dsn = secret.dsn
  table = "orders"
  changes = "binlog"
  time = paid_at
  columns { order_no string, level string, paid_at timestamp }
}

source bank from csv {
  path = "bank.csv"
  %scolumns { order_no string, paid_at timestamp }
}

view all from bank {
  where order_no != ""
  %s}

rule pairs between orders, bank {
  %skey order_no
  window {
    %s}
  schedule {
    %s}
  trigger orders.changes {
    %s}
}

rule one over all {
  %sunique order_no
}
`, bank, at[syntax.ViewBlock], at[syntax.BetweenBlock], window, schedule, trigger, at[syntax.OverBlock])
			for _, d := range compileText(text).Diags {
				t.Errorf("%s in %s: %s\n%s", a.Form, k, describe(d), text)
			}
		}
	}
}
