package action

import (
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Builtin are the kinds of actions that recon brings along and does itself, by name. Actions that need a client of some
// other system are plugins.
func Builtin() map[string]sdk.Action {
	client := newClient()
	return map[string]sdk.Action{
		"webhook":  webhook{client},
		"exec":     command{},
		"dingtalk": dingtalk{client},
		"wecom":    wecom{client},
		"feishu":   feishu{client},
		"slack":    slack{client},
	}
}

// version is that of all built-in kinds.
const version = "1"

// textField is the text of a message, which every kind knows.
func textField(required bool, doc string) schema.Setting {
	return schema.Setting{Name: "text", Type: schema.Type{Kind: schema.String}, Required: required, Example: `"${count} bills are missing: ${sample(order_no, 3)}"`, Doc: doc}
}

func secretSetting(name string, required bool, example, doc string) schema.Setting {
	return schema.Setting{Name: name, Type: schema.Type{Kind: schema.Secret}, Required: required, Example: example, Doc: doc}
}

func timeoutSetting(usual time.Duration, doc string) schema.Setting {
	return schema.Setting{Name: "timeout", Type: schema.Type{Kind: schema.Duration}, Default: usual.String(), Example: usual.String(), Doc: doc}
}

// timeout is the setting of that name, or what is usual.
func timeout(cfg schema.Config, usual time.Duration) (time.Duration, error) {
	if !cfg.Has("timeout") {
		return usual, nil
	}
	d := time.Duration(cfg["timeout"].Int) * time.Microsecond
	if d <= 0 || d > time.Hour {
		return 0, &sdk.Error{Setting: "timeout", Message: "timeout is not between 0 and 1h", Hint: "write timeout = 10s"}
	}
	return d, nil
}

// text is a text of a configuration, "" if it was not given.
func text(cfg schema.Config, name string) string {
	if !cfg.Has(name) {
		return ""
	}
	return cfg[name].Text
}

// texts are those of a list; a single text is a list of one.
func texts(cfg schema.Config, name string) []string {
	if !cfg.Has(name) {
		return nil
	}
	v := cfg[name]
	if v.Type.Kind != schema.List {
		return []string{v.Text}
	}
	var list []string
	for _, e := range v.List {
		list = append(list, e.Text)
	}
	return list
}
