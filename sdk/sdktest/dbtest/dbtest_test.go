package dbtest

import (
	"os"
	"testing"
)

var servers Servers

func TestMain(m *testing.M) {
	code := m.Run()
	servers.Stop()
	os.Exit(code)
}

func TestDatabasesAreApart(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *Database{"postgres": servers.Postgres, "mariadb": servers.MariaDB} {
		t.Run(name, func(t *testing.T) {
			a, b := start(t), start(t)
			for _, db := range []*Database{a, b} {
				db.Exec(t, "create table bill (no varchar(10) primary key)", "insert into bill values ('订单1')")
				var no string
				if err := db.SQL().QueryRow("select no from bill").Scan(&no); err != nil || no != "订单1" {
					t.Errorf("read back %q, %v", no, err)
				}
			}
		})
	}
}

func TestStopTakesEverythingAway(t *testing.T) {
	var own Servers
	t.Run("use", func(t *testing.T) { own.Postgres(t); own.MariaDB(t) })
	if t.Failed() || own.postgres == nil {
		return
	}
	all := []*server{own.postgres, own.mariadb}
	own.Stop()
	for _, s := range all {
		if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", s.dir, err)
		}
		select {
		case <-s.done:
		default:
			t.Error("a server still runs")
		}
	}
}
