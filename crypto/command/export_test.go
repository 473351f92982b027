package command

// SetSupervisor makes another executable the process that runs programs, "" this one again.
func SetSupervisor(path string) { otherSupervisor = path }
