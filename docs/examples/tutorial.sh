# The commands of the tutorial, in an empty folder.
set -e

# start the service
twistd --nodaemon scheduler > service.log &
service=$!
until txsched status > /dev/null 2>&1; do sleep 0.1; done

# add a job
txsched add --every 1s --id greeting -- echo hello
txsched list

# let it run
sleep 3
txsched runs greeting

# kill it
kill -9 $service
sleep 3

# start it again
twistd --nodaemon scheduler >> service.log &
service=$!
until txsched status > /dev/null 2>&1; do sleep 0.1; done

# nothing is lost
sleep 2
txsched list
txsched runs greeting

# the end
txsched remove greeting
kill $service
wait $service
# done
