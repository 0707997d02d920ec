package sdk

// Serve makes the program a plugin that offers src: call it from main and do nothing
// else there. It returns when recon is done with the plugin, and ends the process when
// recon is gone. Where a person started the program, it says what the program is and
// exits with 1. Nothing may be written to the standard output before Serve; log with
// log/slog, whose records reach recon's own log.
func Serve(src Source) { serve(handler{src: src}) }

// ServeAction is Serve for a plugin that offers an action.
func ServeAction(act Action) { serve(handler{act: act}) }

// ServeBoth is Serve for a plugin that offers a source and an action under one name. Either may be nil.
func ServeBoth(src Source, act Action) { serve(handler{src: src, act: act}) }
