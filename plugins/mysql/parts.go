package mysql

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"golang.org/x/sync/errgroup"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
)

// readParts reads a table in parts over several connections, or over this one where they cannot have the same snapshot.
func (s *session) readParts(ctx context.Context, req sdk.ReadRequest, connections int, emit func(*batch.Batch) error) error {
	parts, why, err := s.cut(ctx, req.Config, connections*sqlread.PartsPerConnection)
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		why, err = "the server says "+server.Message, nil
	}
	if err != nil {
		return err
	}
	all := []*session{s}
	if why == "" && len(parts) > 1 {
		others := s.others(ctx, req, min(connections, len(parts))-1)
		defer func() {
			for _, other := range others {
				other.close(ctx)
			}
		}()
		all = append(all, others...)
		if why, err = align(ctx, all); err != nil {
			return err
		}
	}
	if why != "" {
		sqlread.ReadAlone(req.Config, why)
	}
	if why != "" || len(parts) < 2 {
		return s.read(ctx, req, emit)
	}
	emit = sqlread.InTurn(emit)
	return sqlread.ReadParts(ctx, len(all), len(parts), func(ctx context.Context, connection int, next func() (int, bool)) error {
		s := all[connection]
		defer func() { s.part = part{} }()
		for i, ok := next(); ok; i, ok = next() {
			s.part = parts[i]
			if err := s.read(ctx, req, emit); err != nil {
				return err
			}
		}
		return nil
	})
}

// others makes more connections like this one. Where one cannot be made, there are fewer.
func (s *session) others(ctx context.Context, req sdk.ReadRequest, n int) []*session {
	var others []*session
	for range n {
		other := &session{config: s.config, from: s.from, clock: s.clock}
		err := other.connect(ctx)
		if err == nil {
			if err = other.begin(ctx); err != nil {
				other.close(ctx)
			}
		}
		if err != nil {
			slog.Warn(fmt.Sprintf("%s is read over a connection less: %v", sqlread.Origin(req.Config), readError(ctx, req.Config, err)))
			break
		}
		others = append(others, other)
	}
	return others
}

// Connections are given a new snapshot each, all at the same time, until the snapshots are the same, this often at most and for
// this long.
const (
	alignTries = 200
	alignTime  = 3 * time.Second
)

// align gives sessions the same snapshot, or says why they have none. What tells is InnoDB's own account of each: it sees all
// transactions below a number, none from another number on, and of those between not those that had not ended, which are not listed. So two
// snapshots with the same numbers are the same where there is none between that could have ended.
func align(ctx context.Context, all []*session) (why string, err error) {
	servers := map[string]bool{}
	for _, s := range all {
		rows, err := s.texts(ctx, "SELECT CONCAT_WS(' ', @@hostname, @@port, @@server_id, @@datadir)")
		if err != nil {
			return "", err
		}
		servers[rows[0][0]] = true
	}
	if len(servers) > 1 {
		return "its connections come to different servers", nil
	}
	start := time.Now()
	for try := range alignTries {
		if try > 0 && time.Since(start) > alignTime {
			break
		}
		group, within := errgroup.WithContext(ctx)
		for _, s := range all {
			group.Go(func() error {
				if err := s.exec(within, "ROLLBACK"); err != nil {
					return err
				}
				return s.exec(within, startTransaction)
			})
		}
		if err := group.Wait(); err != nil {
			return "", err
		}
		status, err := all[0].texts(ctx, "SHOW ENGINE INNODB STATUS")
		var server *mysql.MySQLError
		if errors.As(err, &server) {
			return "the server does not tell which snapshots are the same: " + server.Message, nil
		}
		if err != nil || len(status) != 1 {
			return "", err
		}
		ids := make([]int64, len(all))
		for i, s := range all {
			ids[i] = s.id
		}
		if sameView(status[0][len(status[0])-1], ids) {
			return "", nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(time.Duration(try) * time.Millisecond / 8):
		}
	}
	return "there was no moment without a transaction that had written and not yet ended, in which all connections could be given the same snapshot", nil
}

var (
	transactions = regexp.MustCompile(`(?m)^---TRANSACTION `)
	thread       = regexp.MustCompile(`(?m)^(?:MySQL|MariaDB) thread id ([0-9]+), `)
	view         = regexp.MustCompile(`(?m)^Trx read view will not see trx with id >= ([0-9]+), sees < ([0-9]+)$`)
)

// sameView reports whether a status of InnoDB shows that the transactions of these connections see the same. A status may be cut short, and
// holds the text of statements, in which anything can stand: a connection that is not found just once shows nothing.
func sameView(status string, connections []int64) bool {
	seen := map[string]int{}
	views := map[string]string{}
	for _, block := range transactions.Split(status, -1)[1:] {
		block, _, _ = strings.Cut(block, "\n--------\nFILE I/O")
		id, sees := thread.FindAllStringSubmatch(block, -1), view.FindAllStringSubmatch(block, -1)
		for _, match := range id {
			seen[match[1]]++
		}
		if len(id) != 1 || len(sees) != 1 {
			continue
		}
		low, errLow := strconv.ParseUint(sees[0][2], 10, 64)
		high, errHigh := strconv.ParseUint(sees[0][1], 10, 64)
		if errLow != nil || errHigh != nil || high < low || high-low > 1 { // of one between, it is known that it had not ended
			continue
		}
		views[id[0][1]] = sees[0][0]
	}
	for _, id := range connections {
		key := strconv.FormatInt(id, 10)
		if seen[key] != 1 || views[key] == "" || views[key] != views[strconv.FormatInt(connections[0], 10)] {
			return false
		}
	}
	return true
}
