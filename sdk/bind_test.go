package sdk_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/recon-lang/recon/sdk"
)

func TestBindNames(t *testing.T) {
	query := "select x::date from t where day >= :from and day < :to and a = ':no' and b = :from"
	bound, names := sdk.BindNames(query, func(i int, name string) string { return fmt.Sprintf("$%d", i) })
	if want := "select x::date from t where day >= $1 and day < $2 and a = ':no' and b = $3"; bound != want || !slices.Equal(names, []string{"from", "to", "from"}) {
		t.Errorf("got %q with %q", bound, names)
	}
	if bound, names := sdk.BindNames("select 1", nil); bound != "select 1" || names != nil {
		t.Errorf("got %q with %q", bound, names)
	}
}
