# frozen_string_literal: true

# Started as `ruby /var/runtime/bootstrap.rb`. It says nothing of its own to the top level, where the function's methods will stand.
require_relative "lib/lamina_runtime/loop"
LaminaRuntime::Loop.run
