"""What wakes the service up: loops that wait for an instant or a bell. May enter: waiting; never what is woken."""
