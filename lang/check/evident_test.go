package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang/langtest"
)

// Arithmetic on literals is worked out once, however long it is.
func TestLongArithmeticOnLiterals(t *testing.T) {
	took := langtest.Spent(func() {
		for _, term := range []string{"+1", "-0.01", "*1", "*0.5"} {
			u := compileText("let x = 1" + strings.Repeat(term, 4000/len(term)*2-2) + "\n")
			for _, d := range u.Diags {
				if d.Code != "RC2116" {
					t.Error(describe(d))
				}
			}
		}
	})
	if took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
}
