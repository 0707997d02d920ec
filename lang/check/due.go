package check

import (
	"errors"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/lang/syntax"
)

// schedule checks the schedule of a rule. Its zone is the rule's: that of zone-less times that meet no column.
func (r *ruleCheck) schedule() {
	section := r.block.sections["schedule"]
	if section == nil {
		return
	}
	b := r.module.block(section.Body)
	s := &program.Schedule{Span: section.Name.Span}
	if a := b.take("zone"); a != nil {
		r.zone = r.zoneText(a.Value, "zone")
		s.Zone = r.zone
	}
	if a := b.take("cron"); a != nil {
		if text := r.literalText(a.Value, "cron"); text != "" {
			r.cron(a.Value, text)
			s.Cron = text
		}
	} else if !b.broken {
		r.report(diag.BadSchedule, section.Name.Span, "a schedule has a cron", `write cron = "30 6 * * *": minute, hour, day, month, weekday`)
	}
	s.Timeout = r.span(b.take("timeout"), "timeout")
	r.unknownAttributes(b, "a schedule", syntax.ScheduleBlock)
	r.prog.Schedule = s
}

func (r *ruleCheck) cron(e *syntax.Expr, text string) {
	_, err := schedule.ParseCron(text)
	var wrong *schedule.CronError
	if errors.As(err, &wrong) {
		r.report(diag.BadSchedule, e.Span, wrong.Text, wrong.Hint)
	}
}
