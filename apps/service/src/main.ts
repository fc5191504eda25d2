import './start-command.ts'
