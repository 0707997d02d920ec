package mysql

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// clock is the session's time zone. A TIMESTAMP is sent as a civil time in it; a DATETIME has no zone, and the rule's
// source gives one. Reads of tables are in UTC. A query compares its timestamp parameters, which are
// civil times in the source's zone, with columns of both types, so there the session has that zone: by its offset, which
// every server knows, or by its name where the parameters have different offsets.
type clock struct {
	source  *time.Location
	session string         // for SET time_zone
	zone    *time.Location // nil: session is a name whose civil times are not all unique
}

func clockFor(req sdk.ReadRequest) (clock, error) {
	loc, err := req.Location()
	if err != nil {
		return clock{}, err
	}
	c := clock{source: loc, session: "+00:00", zone: time.UTC}
	if req.Config.Has("table") {
		return c, nil
	}
	first := true
	for _, v := range req.Config["query"].Params {
		if v.Type.Kind != schema.Timestamp || v.Null {
			continue
		}
		_, offset := v.Time().In(loc).Zone()
		session := offsetName(offset)
		if !first && session != c.session || offset%60 != 0 {
			c.session, c.zone = loc.String(), nil
			return c, nil
		}
		first = false
		c.session, c.zone = session, time.FixedZone(session, offset)
	}
	return c, nil
}

func offsetName(offset int) string {
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return fmt.Sprintf("%c%02d:%02d", sign, offset/3600, offset/60%60)
}

// refused is the error for a time zone that the server does not know.
func (c clock) refused(err error) error {
	var server *mysql.MySQLError
	if !errors.As(err, &server) || c.zone != nil {
		return err
	}
	return &sdk.Error{Setting: "query", Message: fmt.Sprintf("the parameters lie on both sides of a change of the clocks of %s, and the server does not know that zone", c.session),
		Hint: "load the server's time zone tables: mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql"}
}
